"""openapi_call.py URL: calls a backend with nothing but the document at this URL."""

import sys

import aiopenapi3


def main(url):
    api = aiopenapi3.OpenAPI.load_sync(url)

    greet = api.createRequest(("/Conformance/v1/greet", "get"))
    greeted = greet(parameters={"name": "Ann", "polite": True})
    assert greeted == "Good day, Ann", greeted

    page = api.createRequest(("/Conformance/v1/page", "post"))
    # Python's integers are exact.
    body = {"value": {"items": [1, 2**64 - 1], "next": None}}
    paged = page(data=body)
    assert paged.model_dump(by_alias=True)["items"] == [1, 2**64 - 1], paged
    print("2 calls")


if __name__ == "__main__":
    main(sys.argv[1])
