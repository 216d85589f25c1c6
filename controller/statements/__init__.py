"""A statement as people read it: text, CSV, a workbook, a PDF and a picture, all in the Spanish of Ecuador.

Every form is a small file that draws a `Statement` (`controller.ledger.statement`) and reads no books. The same statement
gives the same bytes, on any day and on any machine: nothing here looks at a clock or for a font. `dts` alone draws something
else: the machine's meters, for operators' programs.
"""
