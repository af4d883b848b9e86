/** Text as it is compared: one Unicode form, trimmed, single blanks. */
export function canonicalText(value: string): string {
	return value.normalize('NFC').trim().replace(/\s+/g, ' ');
}
