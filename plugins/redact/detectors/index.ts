/** What is found, by the names that `what` has for it, in the order in which it is looked for. */

import {card} from './card.js';
import type {Detector} from './detector.js';
import {email} from './email.js';
import {iban} from './iban.js';
import {ip} from './ip.js';
import {jwt} from './jwt.js';
import {key} from './key.js';
import {phone} from './phone.js';

export type {Detector, Span} from './detector.js';

/** Kinds that the gateway knows. What is looked for first wins: a token may hold what looks like something else. */
export const kinds = ['key', 'jwt', 'email', 'iban', 'card', 'ip', 'phone'] as const;

export type Kind = (typeof kinds)[number];

export const detectors: Readonly<Record<Kind, Detector>> = {key, jwt, email, iban, card, ip, phone};
