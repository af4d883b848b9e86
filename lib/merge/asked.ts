/** What a batch of events has to know before it is merged. Pure. */
import { sameValue } from '../model/canonical';
import { recordKey, type ChangeEvent } from '../model/event';
import type { Link } from '../model/rows';
import type { Shadow } from './shadow';

/** Fields whose registers these events may ask for: where a value is not the one that the record is known to hold. */
export function askedOf(
	events: readonly ChangeEvent[],
	links: ReadonlyMap<string, Link>,
	shadows: ReadonlyMap<string, Shadow>,
): Map<string, Set<string>> {
	const asked = new Map<string, Set<string>>();
	const seen = new Set<string>();
	const twice = new Set<string>();
	for (const key of events.map(recordKey)) (seen.has(key) ? twice : seen).add(key);
	for (const event of events) {
		const key = recordKey(event);
		const entityId = links.get(key)?.entityId;
		if (entityId === undefined) continue;
		const fields = asked.get(entityId) ?? new Set<string>();
		asked.set(entityId, fields);
		const shadow = shadows.get(key);
		for (const field of Object.keys(event.fields)) {
			const known = shadow?.fields[field];
			// The earlier event of a record that comes twice changes what it is known to hold.
			const isKnown = known !== undefined && sameValue(field, known.value, event.fields[field]);
			if (!isKnown || twice.has(key)) fields.add(field);
		}
		// What becomes of a field that changed depends on the client's type (Connector.project).
		if (fields.size > 0) fields.add('type');
	}
	return asked;
}
