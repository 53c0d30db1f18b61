"""A Word template becomes a layout once; a layout and values become a PDF each time.

compile.py   the template's compiler: needs LibreOffice, runs when a template is made or changed
write.py     a document: needs the committed layout and the faces, takes milliseconds
"""
