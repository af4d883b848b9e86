import type { RecordOperation } from '../record-call';
import { shownFor } from '../../shown-for';
import { recordOptions, simplifyProperty } from '../panel';
import { recordLocator } from '../resource';
import { recordIdOf } from './record-id';
import { shown } from './shown';

export const get: RecordOperation = {
	description: (crm, resource) =>
		shownFor(
			resource.name,
			['get'],
			[recordLocator(resource), simplifyProperty, recordOptions(crm, resource)],
		),

	async execute(call) {
		return shown(call, await call.resource.client.get(call.context, recordIdOf(call)));
	},
};
