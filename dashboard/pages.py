"""Which pages there are, in the menu's order: the stem of each view's file, its title and its icon."""

PAGES = {
    "gallery": ("Gallery", ":material/grid_view:"),
    "compare": ("Compare", ":material/compare:"),
    "statistics": ("Statistics", ":material/monitoring:"),
    "findings": ("Findings", ":material/fact_check:"),
    "upload": ("Try your own", ":material/add_a_photo:"),
    "about": ("About", ":material/info:"),
}
