"""Runs migrations on the connection that the journal hands over; there is no configuration file."""

from alembic import context

from assistant.records import tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=tables, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
