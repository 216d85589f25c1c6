"""The lab's pages: are all machines alive, is anything missing, what sells and where, and the proof that the copy is whole.

A process of its own that only reads the store (`store.reading()`). It can be looked at without JavaScript and without any
other host; what a number means stands beside it in words.
"""
