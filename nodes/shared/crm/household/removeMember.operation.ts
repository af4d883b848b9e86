import type { RecordOperation } from '../record-call';
import { shownFor } from '../../shown-for';
import { recordOptions } from '../panel';
import { memberLocators, moved } from './members';

/** The contact itself stays. */
export const removeMember: RecordOperation = {
	description: (crm, resource) =>
		shownFor(
			resource.name,
			['removeMember'],
			[...memberLocators(crm, resource), recordOptions(crm, resource)],
		),

	execute: (call) => moved(call, 'leave'),
};
