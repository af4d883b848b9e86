/** Keys that an issuer gave a record: unlike names and e-mails they are kept as text, and told with the client. */
export function externalKeys(keys: Record<string, string>): string[] {
	return Object.entries(keys).map(([issuer, key]) => `external:${issuer}:${key}`);
}
