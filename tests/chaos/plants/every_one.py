"""All planted bugs at once, for conversations that meet one each."""

from importlib import import_module

from tests.chaos.plants import PLANTS, serve

if __name__ == "__main__":
    for name in PLANTS:
        import_module(f"tests.chaos.plants.{name}").plant()
    serve()
