"""Accepted heads as a Python package for others: typed functions, with the nodes that speak for them and a way to check both.

graph -> the heads that are asked for (`heads`), each under a name of its own (`names`) -> the text of its module (`module_text`,
`contract_text`) -> all files of the package (`package`) -> a folder (`writing`). `recheck` goes into the package as it stands.
"""
