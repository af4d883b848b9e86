/** Several sources that only go on together. */

/**
 * Waits for all of them. When one rejects, `ended` aborts, so that the others come to an end as well; then
 * rejects with what the first of them, in their order, rejected with.
 */
export async function endTogether(
	sources: ReadonlyArray<Promise<void>>,
	ended: AbortController,
): Promise<void> {
	const results = await Promise.allSettled(
		sources.map((source) =>
			source.catch((error: unknown) => {
				ended.abort();
				throw error;
			}),
		),
	);
	const failed = results.find((result) => result.status === 'rejected');
	if (failed !== undefined) throw failed.reason;
}
