"""Gives the tester of test/http/openapi_requests.test.mjs what no schema can say: the values that exist in the business it
tests, so that generated requests get further than the first check. What is no value of these is still tried: the tester makes
wrong requests from the same schemas.
"""

import os
from datetime import date, timedelta

import requests
import schemathesis
from schemathesis.core import NOT_SET

URL = os.environ["BOOKING_URL"]
KEY = os.environ["BOOKING_API_KEY"]
SLUG = os.environ["SALON_SLUG"]


def read(path):
    answer = requests.get(
        f"{URL}/v1{path}", params={"salonSlug": SLUG}, headers={"Authorization": f"Bearer {KEY}"}, timeout=10
    )
    answer.raise_for_status()
    return answer.json()["data"]


def days(*offsets):
    return [(date.today() + timedelta(days=offset)).isoformat() for offset in offsets]


def values():
    return {
        "salonSlug": [SLUG],
        "locationSlug": ["main"],
        "serviceId": [service["id"] for service in read("/services")["services"]],
        "staffId": [person["id"] for person in read("/staff")["staff"]],
        "bookingId": [booking["id"] for booking in read("/bookings")["bookings"]],
        "date": days(2, 3, 4),
        "startTime": ["09:00", "10:00", "11:00", "12:00", "13:00"],
        "from": days(1, 2),
        "to": days(2, 5, 30),
        "dateFrom": days(1, 2),
        "dateTo": days(2, 30),
        "url": ["https://hooks.example.com/a", "https://hooks.example.com:8443/b?c=d"],
    }


def narrow(name, schema, known):
    if name in known:
        schema["enum"] = known[name] + ([None] if "null" in schema["type"] else [])
    for member, inner in schema.get("properties", {}).items():
        narrow(member, inner, known)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    known = values()
    for path in raw_schema["paths"].values():
        for operation in path.values():
            # Only an answer can tell the next cursor.
            parameters = [p for p in operation.get("parameters", []) if p.get("name") != "cursor"]
            operation["parameters"] = parameters
            for parameter in parameters:
                narrow(parameter.get("name"), parameter.get("schema", {}), known)
            if "requestBody" not in operation:
                continue
            body = operation["requestBody"]["content"]["application/json"]["schema"]
            body["properties"].pop("cursor", None)
            narrow(None, body, known)
            for parameter in parameters:
                # It may be in the query or in the body, and the query rules: here it is always there.
                if parameter.get("name") == "salonSlug" and body["properties"].pop("salonSlug", None):
                    parameter["required"] = True


@schemathesis.hook
def filter_body(context, body):
    """Numbers that not every reader of JSON can hold are refused wherever they stand, also in members that nobody reads."""
    if isinstance(body, dict):
        return all(filter_body(context, value) for value in body.values())
    if isinstance(body, list):
        return all(filter_body(context, value) for value in body)
    return not isinstance(body, (int, float)) or abs(body) < 2**53


@schemathesis.hook
def before_call(context, case, kwargs):
    """GET and HEAD have no body: the service says so before it looks at the path, which would say 405 to an undeclared method."""
    if case.method.upper() in ("GET", "HEAD"):
        case.body = NOT_SET
