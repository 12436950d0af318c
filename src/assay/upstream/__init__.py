"""The published protocol: TrustLLM toolkit 0.3.0, quirk for quirk, one module a dimension.

Every function takes the published records of one task, each with its reply in `res` and whatever its judges
left (`eval_res`, `toxicity`, `embedding`), and returns the numbers that the published toolkit prints for it.
Its oddities are kept and named B01 to B62; what the metrics should have been is in `assay.metrics`.

Three rules hold everywhere:

* A value is None where the smallest published function that yields it stops with an error: a null reply where
  it calls a string method, a division without a guard, an assertion.
* A value is None where it rests on a judgement that is not in the rows. A judgement that is there but null
  was tried and failed; it counts as the published toolkit counts it.
* `<score>/<group>` is a published sub-score where there is one, else the published function on that group.

Rows may be many: they are gone through once, those of AdvInstruction twice, and only counts are kept of them.
Core's own group names (`recall` for `squad`) are accepted beside the published ones and come back unchanged.
"""
