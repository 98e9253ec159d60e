"""What the admin shows of them."""

from django.contrib import admin

from .models import Lamp, Maker

admin.site.register(Maker)


@admin.register(Lamp)
class LampAdmin(admin.ModelAdmin):
    list_display = ["name", "maker", "price", "sold"]
    list_editable = ["price"]
    list_filter = ["sold"]
    search_fields = ["name"]
    date_hierarchy = "made"
