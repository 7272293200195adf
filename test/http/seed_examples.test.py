"""The Python example of the API's documentation, as its readers would run it: only host and key are ours."""

import os
import unittest

EXAMPLE = """
import requests

response = requests.get(
    '{url}/v1/services',
    params={{'salonSlug': 'example-salon'}},
    headers={{
        'Authorization': 'Bearer {key}',
        'Content-Type': 'application/json',
    }},
)
data = response.json()
"""


class SeedExample(unittest.TestCase):
    def test_services(self):
        names = {}
        exec(EXAMPLE.format(url=os.environ["BOOKING_URL"], key=os.environ["BOOKING_API_KEY"]), names)

        self.assertEqual(names["response"].status_code, 200)
        self.assertEqual(names["response"].headers["Content-Type"], "application/json")
        data = names["data"]
        self.assertIs(data["ok"], True)
        self.assertEqual(data["meta"]["v"], "1")
        haircut = next(service for service in data["data"]["services"] if service["name"] == "Haircut")
        self.assertEqual(haircut["price"], {"amount": 4500, "currency": "HUF"})
        self.assertEqual(haircut["durationMinutes"], 45)


if __name__ == "__main__":
    unittest.main()
