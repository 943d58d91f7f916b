r"""What paid for a score: by place, part and channel of one image, by strategy over many; pure functions on NumPy.

All of it is exact where a network ends in global average pooling and one dense layer, because its score then is a sum:
:math:`y_c = b_c + \sum_{ij} \sum_k W_{kc} A_{kij} / Z`. Other networks have no such sum, and are refused in a
sentence.
"""
