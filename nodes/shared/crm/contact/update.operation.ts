import type { IDataObject } from 'n8n-workflow';
import { type ContactOperation } from '../crm';
import { shownFor } from '../../shown-for';
import { fieldValues } from '../field-values';
import { contactLocator, contactOptions, fieldsProperty, simplifyProperty } from '../panel';
import { simplify } from '../simplify';
import { contactIdOf } from './contact-id';

export const update: ContactOperation = {
	description: (crm) =>
		shownFor(
			'contact',
			['update'],
			[contactLocator, fieldsProperty, simplifyProperty, contactOptions(crm)],
		),

	async execute(call) {
		const { node, index, crm, context } = call;
		const values = fieldValues(call);
		const record = await crm.connector.contacts.update(context, contactIdOf(call), values);
		const simple = node.getNodeParameter('simplify', index, true) as boolean;
		return simple ? simplify(crm, context, record) : (record as IDataObject);
	},
};
