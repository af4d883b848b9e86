/** A change of the account side of a person account, as the stream of contacts shows it. Pure. */
import { readsIn } from '../../model/field-map';
import type { EventMaker } from './change-events';
import { crmFieldsOf } from './fields';
import type { StreamChange } from './stream-change';

const STAMPS = new Set(['LastModifiedDate', 'LastModifiedById']);

/**
 * A change of the account side of a person account alone shows at its contact as a new time and nothing else
 * (Change Data Capture Developer Guide, "Updating a Person Account"): the contact is to be read.
 */
export function withAccountChange(maker: EventMaker, change: StreamChange): StreamChange {
	const { person } = maker;
	if (change.changeType !== 'UPDATE' || person === null) return change;
	const isSilent = [...change.changed].every((name) => STAMPS.has(name));
	const mapped = maker.fieldMap.filter(readsIn).flatMap(crmFieldsOf);
	const isRead = mapped.some((name) => person.shared.includes(name));
	return isSilent && isRead ? { ...change, changeType: 'GAP_UPDATE' } : change;
}
