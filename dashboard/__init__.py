"""The Streamlit app: reads the store, computes nothing heavy, never imports TensorFlow."""
