"""How much does this package cost, measured against its peer in the same run on the same servers?"""
