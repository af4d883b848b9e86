import type { RecordOperation } from '../record-call';
import { shownFor } from '../../shown-for';
import { fieldValues } from '../field-values';
import { fieldsProperty, recordOptions, simplifyProperty } from '../panel';
import { recordLocator } from '../resource';
import { recordIdOf } from './record-id';
import { shown } from './shown';

export const update: RecordOperation = {
	description: (crm, resource) =>
		shownFor(
			resource.name,
			['update'],
			[
				recordLocator(resource),
				fieldsProperty(resource),
				simplifyProperty,
				recordOptions(crm, resource),
			],
		),

	async execute(call) {
		const values = fieldValues(call);
		return shown(call, await call.resource.client.update(call.context, recordIdOf(call), values));
	},
};
