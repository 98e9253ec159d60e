"""Lamps and who makes them."""

from django.db import models


class Maker(models.Model):
    name = models.CharField(max_length=80)

    def __str__(self):
        return self.name


class Lamp(models.Model):
    name = models.CharField(max_length=80)
    maker = models.ForeignKey(Maker, on_delete=models.PROTECT)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    made = models.DateField()
    notes = models.TextField(blank=True)
    sold = models.BooleanField(default=False)

    def __str__(self):
        return self.name
