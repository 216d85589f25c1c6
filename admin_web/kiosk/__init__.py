"""The visitor's screen: one page, drawn anew after each change."""
