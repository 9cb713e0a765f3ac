from __future__ import annotations

from django.urls import path

from jiqun.web.ledger import board_views, uploads, views

app_name = "ledger"
urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/new/", uploads.new, name="new"),
    path("imports/uploads/<slug:token>/", uploads.upload, name="upload"),
    path("imports/uploads/<slug:token>/tell/", uploads.tell, name="tell"),
    path("imports/uploads/<slug:token>/commit/", uploads.commit, name="commit"),
    path("imports/uploads/<slug:token>/drop/", uploads.drop, name="drop"),
    path("imports/uploads/<slug:token>/return.xlsx", uploads.return_file, name="upload_return"),
    path("imports/<int:number>/", views.one, name="one"),
    path("imports/<int:number>/undo/", views.undo, name="undo"),
    path("imports/<int:number>/original/", views.original_file, name="original"),
    path("imports/<int:number>/return.xlsx", views.return_file, name="return"),
    path("board/", board_views.board_page, name="board"),
    path("board/duty/", board_views.duty, name="duty"),
    path("review/", views.review, name="review"),
    path("review/decide/", views.decide, name="decide"),
    path("tables/", views.tables, name="tables"),
    path("tables/<slug:table>/", views.table, name="table"),
    path("tables/<slug:table>/export.xlsx", views.table_export, name="table_export"),
    path("tables/<slug:table>/row/", views.row, name="row"),
    path("tables/<slug:table>/template.xlsx", views.template, name="template"),
]
