"""Which pages there are, in the menu's order: the stem of each view's file, its title and its icon."""

PAGES = {
    "overview": ("Overview", ":material/home:"),
    "gallery": ("Gallery", ":material/grid_view:"),
    "compare": ("Compare", ":material/compare:"),
    "why": ("Why", ":material/balance:"),
    "strategies": ("Strategies", ":material/alt_route:"),
    "statistics": ("Statistics", ":material/monitoring:"),
    "findings": ("Findings", ":material/fact_check:"),
    "claim": ("Your claim", ":material/edit_note:"),
    "guess": ("Guess", ":material/ads_click:"),
    "cheat": ("A cheat", ":material/content_copy:"),
    "upload": ("Try your own", ":material/add_a_photo:"),
    "about": ("About", ":material/info:"),
}
