"""How the documentation's site is made: what MkDocs calls, and what is drawn and written for it."""
