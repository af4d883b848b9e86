/** The same without these entries. */
export function without<T>(
	entries: Record<string, T>,
	names: readonly string[],
): Record<string, T> {
	return Object.fromEntries(Object.entries(entries).filter(([name]) => !names.includes(name)));
}
