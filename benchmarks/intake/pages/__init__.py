"""Makes the pages that the reader is measured on: fictional people's papers, laid out by flow, marked by a wobbling pen and
sent through imagined scanners and fax machines, all from a seed. `sheets` fills a form and says what stands on it,
`machines` turns it into the file that arrives. Nothing here is shared with the reader or with tests/paperwork.
"""
