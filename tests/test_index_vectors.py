from pathlib import Path

import numpy as np

from index.vectors import EXACT, open_client

COUNT, WANTED = 3_000, 30


def test_the_approximate_search_finds_the_nearest_exactly(tmp_path: Path) -> None:
    dice = np.random.default_rng(7)
    middles = dice.normal(size=(60, 64))
    vectors = middles[dice.integers(0, 60, COUNT)] + 0.4 * dice.normal(size=(COUNT, 64))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    collection = open_client(tmp_path).create_collection("nearest", configuration=EXACT)
    collection.add(ids=[str(number) for number in range(COUNT)], embeddings=vectors)
    asked = vectors[dice.integers(0, COUNT, 40)] + 0.02 * dice.normal(size=(40, 64)).astype(np.float32)
    for one in asked:
        nearest = {str(number) for number in np.argsort(-(vectors @ one))[:WANTED]}
        assert set(collection.query(query_embeddings=[one.tolist()], n_results=WANTED)["ids"][0]) == nearest
