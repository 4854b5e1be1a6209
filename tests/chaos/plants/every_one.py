"""All planted bugs at once, for conversations that meet one each."""

from tests.chaos.plants import claim_without_conversation, deduplication_off, serve, sweeper_reuses_names

if __name__ == "__main__":
    for bug in (deduplication_off, claim_without_conversation, sweeper_reuses_names):
        bug.plant()
    serve()
