import type { IDataObject } from 'n8n-workflow';
import { type ContactOperation } from '../crm';
import { shownFor } from '../../shown-for';
import { contactLocator, contactOptions, simplifyProperty } from '../panel';
import { simplify } from '../simplify';
import { contactIdOf } from './contact-id';

export const get: ContactOperation = {
	description: (crm) =>
		shownFor('contact', ['get'], [contactLocator, simplifyProperty, contactOptions(crm)]),

	async execute(call) {
		const { node, index, crm, context } = call;
		const record = await crm.connector.contacts.get(context, contactIdOf(call));
		const simple = node.getNodeParameter('simplify', index, true) as boolean;
		return simple ? simplify(crm, context, record) : (record as IDataObject);
	},
};
