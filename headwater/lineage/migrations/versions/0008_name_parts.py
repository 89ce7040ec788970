"""Indexes over parts of names; what is there is indexed, nothing is projected again."""

from alembic import op

revision = "0008"
down_revision = "0007"

_ENTITIES = ("job", "dataset")


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for entity in _ENTITIES:
        for statement in _on_sqlite(entity) if is_sqlite else (_on_postgresql(entity),):
            op.execute(statement)


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for entity in _ENTITIES:
        index = f"{entity}_trigram"
        if not is_sqlite:
            op.execute(f"DROP INDEX IF EXISTS {index}")
            continue
        for trigger in ("new", "gone", "other"):
            op.execute(f"DROP TRIGGER {index}_{trigger}")
        op.execute(f"DROP TABLE {index}")


def _on_sqlite(entity: str) -> tuple[str, ...]:
    index = f"{entity}_trigram"
    add = f"INSERT INTO {index}(rowid, display) VALUES (new.id, new.display);"
    take = f"INSERT INTO {index}({index}, rowid, display) VALUES ('delete', old.id, old.display);"
    return (
        f"CREATE VIRTUAL TABLE {index} USING fts5(display, content='{entity}', content_rowid='id',"
        " tokenize='trigram', detail=none, columnsize=0)",
        f"CREATE TRIGGER {index}_new AFTER INSERT ON {entity} BEGIN {add} END",
        f"CREATE TRIGGER {index}_gone AFTER DELETE ON {entity} BEGIN {take} END",
        f"CREATE TRIGGER {index}_other AFTER UPDATE OF display ON {entity}"
        f" BEGIN {take} {add} END",
        f"INSERT INTO {index}({index}) VALUES ('rebuild')",
    )


def _on_postgresql(entity: str) -> str:
    return (
        "DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS pg_trgm;"
        f" CREATE INDEX {entity}_trigram ON {entity} USING gin (display gin_trgm_ops);"
        " EXCEPTION WHEN feature_not_supported OR undefined_file OR insufficient_privilege"
        " OR undefined_object THEN NULL; END $$"
    )
