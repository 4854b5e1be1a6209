"""Documents and repositories: the only room that names a collection.

Every class here takes the database session of one tenant; no method takes a tenant's id.
"""
