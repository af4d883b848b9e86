import type { RecordOperation } from '../record-call';
import { shownFor } from '../../shown-for';
import { recordOptions } from '../panel';
import { recordLocator } from '../resource';
import { recordIdOf } from './record-id';

export const remove: RecordOperation = {
	description: (crm, resource) =>
		shownFor(resource.name, ['delete'], [recordLocator(resource), recordOptions(crm, resource)]),

	async execute(call) {
		await call.resource.client.delete(call.context, recordIdOf(call));
		return { deleted: true };
	},
};
