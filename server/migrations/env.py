"""Runs the migrations on the connection that `server.schema` hands over.

All of it is in that connection's one transaction: a migration that is killed leaves the old schema whole (faults D8).
"""

from alembic import context

from server.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
