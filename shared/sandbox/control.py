"""The part of `/__sandbox__` that every sandbox has: its journal and its faults, as JSON over HTTP."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from shared.sandbox.door import CONTROL_PREFIX
from shared.sandbox.faults import Fault, Faults
from shared.sandbox.journal import EntryKind, Journal


def control_blueprint(journal: Journal, faults: Faults) -> Blueprint:
    control = Blueprint("sandbox", __name__, url_prefix=CONTROL_PREFIX)

    @control.get("/journal")
    def read_journal() -> ResponseReturnValue:
        """`?kind=request|delivery`, and `?since=` the last number that is known already."""
        kind = EntryKind(request.args["kind"]) if "kind" in request.args else None
        since = request.args.get("since", default=0, type=int)
        return jsonify([entry.as_json() for entry in journal.entries(kind) if entry.seq > since])

    @control.delete("/journal")
    def clear_journal() -> ResponseReturnValue:
        journal.clear()
        return "", 204

    @control.get("/faults")
    def list_faults() -> ResponseReturnValue:
        return jsonify([_shown(fault_id, fault) for fault_id, fault in faults.all().items()])

    @control.post("/faults")
    def add_fault() -> ResponseReturnValue:
        try:
            fault = Fault.model_validate(request.get_json())
        except ValidationError as error:
            return jsonify(errors=error.errors(include_url=False, include_context=False)), 400
        return jsonify(_shown(faults.add(fault), fault)), 201

    @control.delete("/faults")
    def clear_faults() -> ResponseReturnValue:
        faults.clear()
        return "", 204

    @control.delete("/faults/<int:fault_id>")
    def remove_fault(fault_id: int) -> ResponseReturnValue:
        faults.remove(fault_id)
        return "", 204

    @control.errorhandler(ValueError)
    def refuse(error: ValueError) -> ResponseReturnValue:
        return jsonify(error=str(error)), 400

    return control


def _shown(fault_id: int, fault: Fault) -> dict[str, Any]:
    return {"id": fault_id, **fault.model_dump(mode="json")}
