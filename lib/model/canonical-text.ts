/** Most texts: ASCII, single blanks between words. */
const IS_CANONICAL = /^[!-~]+(?: [!-~]+)*$/;

/** Text as it is compared: one Unicode form, trimmed, single blanks. */
export function canonicalText(value: string): string {
	if (IS_CANONICAL.test(value)) return value;
	return value.normalize('NFC').trim().replace(/\s+/g, ' ');
}
