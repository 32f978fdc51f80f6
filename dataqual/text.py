"""How text is cut, decided once: bytes and offsets, and every cut made at first use and shared."""
