export * from '../base/20260101_01_note.js';
