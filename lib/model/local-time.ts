/** Times as people enter them in panels: without a zone, meant in the zone of their workflow. */
import { DateTime } from 'luxon';

/** An instant in ISO 8601 (UTC). Undefined if the text is no time. A zone in the text itself wins. */
export function instantIn(zone: string, text: string): string | undefined {
	const time = DateTime.fromISO(text.trim(), { zone });
	return time.isValid ? time.toUTC().toISO({ suppressMilliseconds: true }) : undefined;
}
