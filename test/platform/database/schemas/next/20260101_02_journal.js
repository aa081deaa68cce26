export * from '../base/20260101_02_journal.js';
