"""``python -m dashboard``: serve the pages; what follows is handed to Streamlit, such as ``--server.port 8600``."""

import sys
from pathlib import Path

from streamlit.web.cli import main

main(["run", str(Path(__file__).with_name("app.py")), *sys.argv[1:]])
