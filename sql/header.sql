\echo Use "CREATE EXTENSION pg_booking CASCADE" to load this file. \quit

