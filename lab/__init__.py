"""The lab's end of the sync: every fact of every machine arrives here once and in order, is proven, and answers questions."""
