import type { IDataObject } from 'n8n-workflow';
import { type ContactOperation } from '../crm';
import { shownFor } from '../../shown-for';
import { fieldValues } from '../field-values';
import { contactOptions, fieldsProperty, simplifyProperty } from '../panel';
import { simplify } from '../simplify';

export const create: ContactOperation = {
	description: (crm) =>
		shownFor('contact', ['create'], [fieldsProperty, simplifyProperty, contactOptions(crm)]),

	async execute(call) {
		const { node, index, crm, context } = call;
		const record = await crm.connector.contacts.create(context, fieldValues(call));
		const simple = node.getNodeParameter('simplify', index, true) as boolean;
		return simple ? simplify(crm, context, record) : (record as IDataObject);
	},
};
