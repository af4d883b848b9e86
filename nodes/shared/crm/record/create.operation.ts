import type { RecordOperation } from '../record-call';
import { shownFor } from '../../shown-for';
import { fieldValues } from '../field-values';
import { fieldsProperty, recordOptions, simplifyProperty } from '../panel';
import { shown } from './shown';

export const create: RecordOperation = {
	description: (crm, resource) =>
		shownFor(
			resource.name,
			['create'],
			[fieldsProperty(resource), simplifyProperty, recordOptions(crm, resource)],
		),

	async execute(call) {
		return shown(call, await call.resource.client.create(call.context, fieldValues(call)));
	},
};
