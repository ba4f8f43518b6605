"""What crosses a border: documents, inputs, results, views and names. Plain JSON, readable by any Temporal SDK."""
