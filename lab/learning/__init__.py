"""What the lab wants to learn: does a machine that its community runs work, and what is it worth beyond money?

indicators   each figure as a pure function of numbers
figures      those numbers, added up from the read model for some machines and days
codebook     what each figure means, how it is reckoned, what it does not say
questions    twelve questions, each with its answer, its figure and the data set behind it
book         the codebook as a page, made from the code
"""
