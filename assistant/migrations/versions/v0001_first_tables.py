"""The first tables: exchanges, feedback, reviews, audit, deleted conversations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "exchanges",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("answer_id", sa.String(100), nullable=False, unique=True),
        sa.Column("conversation_id", sa.String(100), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("earlier_count", sa.Integer, nullable=False),
        sa.Column("level", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("likely", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float),
        sa.Column("corpus_version", sa.String(40), nullable=False),
        sa.Column("policy_version", sa.String(40), nullable=False),
        sa.Column("model_version", sa.String(80), nullable=False),
        sa.Column("latency_ms", sa.Float, nullable=False),
    )
    op.create_index("ix_exchanges_conversation_id", "exchanges", ["conversation_id"])
    op.create_index("ix_exchanges_at", "exchanges", ["at"])
    op.create_index("ix_exchanges_kind_id", "exchanges", ["kind", "id"])
    op.create_index("ix_exchanges_confidence", "exchanges", ["confidence"])
    op.create_table(
        "feedback",
        sa.Column("answer_id", sa.String(100), primary_key=True),
        sa.Column("conversation_id", sa.String(100), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
    )
    op.create_index("ix_feedback_conversation_id", "feedback", ["conversation_id"])
    op.create_index("ix_feedback_reason", "feedback", ["reason"])
    op.create_table(
        "reviews",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("answer_id", sa.String(100), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=False),
        sa.Column("passage", sa.String(100), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("confirms", NUMBER),
    )
    op.create_index("ix_reviews_answer_id", "reviews", ["answer_id"])
    op.create_index("ix_reviews_verdict", "reviews", ["verdict"])
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
    )
    op.create_table(
        "deleted",
        sa.Column("conversation_id", sa.String(100), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("deleted", "audit", "reviews", "feedback", "exchanges"):
        op.drop_table(name)
