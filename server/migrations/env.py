"""Runs the migrations on the connection that `server.schema` hands over, inside its transaction."""

from alembic import context

from server.models import Base

# Without transactional_ddl Alembic would commit after each step on SQLite; a migration that is killed must leave the
# old schema whole (faults D8).
context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, transactional_ddl=True
)
context.run_migrations()
