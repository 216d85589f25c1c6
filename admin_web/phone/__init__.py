"""The pages on people's own phones, in a process of their own: a crowd on the Wi-Fi must not slow the visitor's screen."""
